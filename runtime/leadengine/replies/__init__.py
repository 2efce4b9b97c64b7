"""What people answer from their mailbox or from Slack, on its way into the conversation."""
