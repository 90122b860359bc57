﻿JOB = (print, "text")
