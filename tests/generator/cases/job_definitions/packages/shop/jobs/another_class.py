from etl_core.jobs import OtherDefinition

JOB = OtherDefinition(print, "text")
