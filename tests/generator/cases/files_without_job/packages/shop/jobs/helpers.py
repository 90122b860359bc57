import os
from pathlib import Path
