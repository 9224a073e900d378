"""In the program's own process: catches calls of chosen functions as they begin.

Standard library only, and as little of it as can be: the program must find nothing of ours. The
bootstrap lets these modules import each other and forgets them before the program's first line.
"""
