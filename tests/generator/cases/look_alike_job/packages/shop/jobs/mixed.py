JＯB = (print, "text")
