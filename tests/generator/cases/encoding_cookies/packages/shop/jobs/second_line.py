#!/usr/bin/env python
# coding: cp1252
JOB = (print, "text")
