TITLE = "ü"; 𝐉𝐎𝐁 = (print, "text")
