"""Many cities: a list, a ledger of files, processes on one machine or many, a dataset of all results."""
