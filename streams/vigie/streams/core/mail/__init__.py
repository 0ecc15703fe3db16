"""Mails about alerts: who is told, when, and in which words."""
