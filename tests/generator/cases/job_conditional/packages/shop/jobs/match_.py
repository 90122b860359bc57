match print:
    case JOB:
        pass
