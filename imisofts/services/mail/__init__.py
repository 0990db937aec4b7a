"""The local mail catcher: takes every message by SMTP, keeps it as a file, shows it on a small page. Sends nothing."""
