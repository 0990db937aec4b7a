"""What every domain shares and none owns: ids, time, tables, transactions, errors, access, lists."""
