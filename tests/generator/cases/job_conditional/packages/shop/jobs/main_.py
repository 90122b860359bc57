JOB = (print, "text")
if __name__ == "__main__":
    JOB = None
