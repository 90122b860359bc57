JOB = ('os:system', 'A text')
