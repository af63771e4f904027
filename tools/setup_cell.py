# Set-up, the same in every notebook: run it first. You need not understand it.
import importlib.util
import subprocess
import sys
from pathlib import Path

REPOSITORY = "@REPOSITORY@"

if "google.colab" in sys.modules:
    folder = Path("from-alphabet-to-attention").absolute()
    if not folder.exists() and not REPOSITORY:
        print("Colab needs the address of the course: set `repository` in pyproject.toml, and build again.")
    elif str(folder) not in sys.path:
        if not folder.exists():
            subprocess.run(["git", "clone", "--quiet", "--depth", "1", REPOSITORY, folder], check=True)
        # Colab brings what the course needs: other versions would replace those that are already loaded.
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "-e", folder], check=True)
        sys.path.insert(0, str(folder))
elif importlib.util.find_spec("helpers") is None:
    print("The package of the course is missing. In the folder of the course, type:  pip install -e .")
