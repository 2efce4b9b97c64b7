"""How others' HTTP APIs are talked to: patiently, with deadlines, and with errors people understand."""
