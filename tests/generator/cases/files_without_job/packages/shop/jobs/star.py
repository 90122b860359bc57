from shop.common import *  # perhaps a JOB
