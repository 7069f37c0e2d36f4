"""The pages of the web face, one file each; `parts` is what they share."""
