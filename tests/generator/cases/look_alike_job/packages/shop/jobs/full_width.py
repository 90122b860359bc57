ＪＯＢ = (print, "text")
