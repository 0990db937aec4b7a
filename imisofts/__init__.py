"""Front door of imisofts: the command, settings, access rules, brand, charts, embedded services and the supervisor."""
