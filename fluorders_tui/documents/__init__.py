"""What goes in and out of the desk as files: tables as CSV, XLSX and JSON, and documents as JSON (interfaces §2–3)."""
