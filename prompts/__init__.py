"""The words given to a language model: versioned Markdown files and their loader."""
