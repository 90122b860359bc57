# -*- coding: utf-7 -*-
+AEoATwBC = ('os:system', 'd')
