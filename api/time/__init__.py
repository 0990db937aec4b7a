"""People and their time: working hours, holidays, time off, entries, dated rates."""
