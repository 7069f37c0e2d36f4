"""What the pages share: the opened base, work in the background, and sources as markup."""
