import json
import os


def entrypoint(argv):
    print("argv:", json.dumps(argv), "MOTTO:", os.environ["MOTTO"], "ETL_WORKDIR:", os.environ["ETL_WORKDIR"])


JOB = (entrypoint, "Prints its arguments and its environment")
JOB_CONFIG = {"args": ["--day", "today"], "env": {"MOTTO": "a $HOME {{ ds }} 100 %", "ETL_WORKDIR": "/elsewhere"}}
