"""Telling people: mail, Slack, webhooks."""
