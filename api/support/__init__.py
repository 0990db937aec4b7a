"""Support: tickets with their history, business hours, promised times, satisfaction."""
