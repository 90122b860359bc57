JОB = (print, "text")
