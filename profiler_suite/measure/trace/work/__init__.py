"""How many FLOP and bytes a traced call is: formulas for each kind of operation."""
