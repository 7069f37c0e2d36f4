"""Answers: the chain, extraction, verification, conflicts, quiz and its exports."""
