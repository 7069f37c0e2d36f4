"""Quiz material: items whose key a passage proves and whose form passes the rules that examiners use."""
