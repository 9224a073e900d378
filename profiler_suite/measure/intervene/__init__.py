"""Points measured under several settings in turn: which setting makes the difference?"""
