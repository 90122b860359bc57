JOB = (print, "'); import os; os.system('true') #")
