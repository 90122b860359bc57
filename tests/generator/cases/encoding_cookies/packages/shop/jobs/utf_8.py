# -*- coding: utf-8 -*-
JOB = (print, "text")
