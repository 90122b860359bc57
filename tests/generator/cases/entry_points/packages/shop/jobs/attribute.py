import shop.main

JOB = (shop.main.run, "An attribute")
