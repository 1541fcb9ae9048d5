"""Runs this program and its peers in turn on the same exports and prints what each cost and found; see peers.sh."""

import argparse
import collections
import csv
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).parent


def arguments():
    parser = argparse.ArgumentParser(prog="benches/peers.sh")
    parser.add_argument("--rules", required=True, help="a folder of Sigma rules, such as SigmaHQ's for cloud/m365")
    parser.add_argument("--size", type=int, default=256, help="MiB of each export")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=3, help="how often each is run; the medians are told")
    parser.add_argument("--folder", help="where the exports are written")
    for hidden in ("built", "rsigma", "duckdb"):
        parser.add_argument("--" + hidden, help=argparse.SUPPRESS)
    return parser.parse_args()


def run(command, out):
    """Runs a command with its output in a file; gives processor seconds, wall seconds, peak MiB."""
    start = time.monotonic()
    with open(out, "wb") as sink, open(str(out) + ".told", "wb") as told:
        child = subprocess.Popen([str(part) for part in command], stdout=sink, stderr=told)
        _, status, used = os.wait4(child.pid, 0)
    wall = time.monotonic() - start
    # 3: done, but some evidence could not be used; the last record of an export may be cut off.
    if os.waitstatus_to_exitcode(status) not in (0, 3):
        words = pathlib.Path(str(out) + ".told").read_text(errors="replace").strip().splitlines()
        sys.exit(f"{command[0]}: {words[-1] if words else 'ended without a word'}")
    return used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024


def export(args, folder, form):
    file = folder / f"export.{form}"
    subprocess.run([f"{args.built}/examples/exports", form, str(args.size), file], check=True, stdout=subprocess.DEVNULL)
    return file


# Lines of the export between two records that are known to meet a rule.
APART = 50


def strew(file):
    """Puts records that are known to meet public rules between those of the export, which meet few."""
    hits = sorted({line for hit in (HERE.parent / "tests/sigma").glob("*/hit.jsonl") for line in hit.read_text().splitlines() if line})
    mixed = file.with_suffix(".mixed")
    with open(file, encoding="utf-8") as lines, open(mixed, "w", encoding="utf-8") as out:
        rest = iter(hits)
        for number, line in enumerate(lines):
            out.write(line)
            if number % APART == 0:
                out.writelines(hit + "\n" for hit in [next(rest, None)] if hit)
        out.writelines(hit + "\n" for hit in rest)
    mixed.replace(file)


def found_by_rsigma(out):
    """Matches of each rule by title, from one JSON object a line."""
    counts = collections.Counter()
    with open(out, encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("{"):
                counts[json.loads(line)["rule_title"]] += 1
    return counts


def found_by_us(args, file, work):
    """Matches of each rule by title, as the program itself tells them."""
    case = work / "case-of-rules"
    run([f"{args.built}/speur", "analyze", file, "--rules", args.rules, "--no-default-rules", "--quiet", "--out", case],
        work / "rules.out")
    counts = collections.Counter()
    for finding in json.loads((case / "findings.json").read_text()):
        counts[finding["rule"]["title"]] += finding["count"]
    return counts


# Operations that each question is about; none: every one.
ABOUT = {
    "who did what from where": None,
    "inbox rules": {"New-InboxRule", "Set-InboxRule", "UpdateInboxRules"},
    "sign-ins": {"UserLoggedIn", "UserLoginFailed"},
    "mail read": {"MailItemsAccessed"},
}


def answered(out, case):
    """Prints the sizes of DuckDB's answers; gives what the timeline has another number of records of."""
    answers = json.loads(out.read_text())
    with open(case / "timeline.csv", newline="", encoding="utf-8") as lines:
        operations = collections.Counter(row["operation"] for row in csv.DictReader(lines))
    wrong = []
    for question, about in ABOUT.items():
        theirs = answers[question]["records"]
        ours = sum(count for operation, count in operations.items() if about is None or operation in about)
        if ours != theirs:
            wrong.append(f"{question}: {ours} records here, {theirs} in DuckDB")
    told = ", ".join(f"{question} {answer['lines']}" for question, answer in answers.items())
    print(f"DuckDB's answers have so many lines: {told}; the records behind them are " + ("as many as here" if not wrong else "NOT as many as here"))
    return wrong


def differences(ours, theirs):
    titles = sorted(set(ours) | set(theirs))
    return [f"{title}: {ours[title]} here, {theirs[title]} there" for title in titles if ours[title] != theirs[title]]


def median(values):
    return sorted(values)[len(values) // 2]


def main():
    args = arguments()
    if not pathlib.Path(args.rules).is_dir():
        sys.exit(f"{args.rules}: no folder; expected Sigma rules, such as a copy of SigmaHQ's")
    work = pathlib.Path(tempfile.mkdtemp(prefix="speur-peers-", dir=args.folder))
    try:
        sys.exit(compare(args, work))
    finally:
        shutil.rmtree(work, ignore_errors=True)


def stages(args, work, table, ndjson):
    case = work / "case"
    found = {
        "speur, the same rules, NDJSON": [
            f"{args.built}/examples/peers", "match", args.rules, ndjson, args.threads],
        "speur analyze, all outputs, CSV": [
            f"{args.built}/speur", "analyze", table, "--quiet", "--threads", args.threads, "--out", case],
    }
    if args.rsigma:
        found["rsigma, NDJSON"] = [
            args.rsigma, "engine", "eval", "-r", work / "seen/rules", "-e", f"@{work / 'seen/events.ndjson'}"]
    else:
        print("rsigma cannot be had here: it is left out")
    if args.duckdb:
        found["DuckDB, load and four questions, CSV"] = [args.duckdb, HERE / "peers_duckdb.py", table, args.threads]
    else:
        print("DuckDB cannot be had here: it is left out")
    return found, case


def compare(args, work):
    table, ndjson = export(args, work, "csv"), export(args, work, "ndjson")
    strew(ndjson)
    told = subprocess.run([f"{args.built}/examples/peers", "prepare", args.rules, ndjson, work / "seen"],
                          check=True, capture_output=True, text=True).stdout.strip()
    print(told)
    print(f"exports of {args.size} MiB, {args.threads} threads (rsigma uses one), medians of {args.runs} runs in turn")
    commands, case = stages(args, work, table, ndjson)
    costs = collections.defaultdict(list)
    for _ in range(args.runs):
        for number, (name, command) in enumerate(commands.items()):
            if case in command:
                shutil.rmtree(case, ignore_errors=True)
            costs[name].append(run(command, work / f"{number}.out"))
    print(f"{'':<38} {'CPU s':>8} {'wall s':>8} {'peak MiB':>9}")
    cost = {name: tuple(median(column) for column in zip(*runs)) for name, runs in costs.items()}
    for name, (cpu, wall, peak) in cost.items():
        print(f"{name:<38} {cpu:>8.2f} {wall:>8.2f} {peak:>9.0f}")
    wrong = []
    if args.rsigma:
        ours = cost["speur, the same rules, NDJSON"]
        theirs = cost["rsigma, NDJSON"]
        print(f"rsigma takes {theirs[0] / ours[0]:.1f} times the processor time (wanted: 5), {theirs[1] / ours[1]:.1f} times the wall time")
        counts = found_by_us(args, ndjson, work)
        wrong = differences(counts, found_by_rsigma(work / f"{list(commands).index('rsigma, NDJSON')}.out"))
        measured = int((work / "0.out").read_text().split()[-2])
        if measured != sum(counts.values()):
            wrong.append(f"the run that was measured found {measured}, the whole program {sum(counts.values())}")
        print(f"matches: {sum(counts.values())} of {len(counts)} rules, " + ("equal" if not wrong else "NOT equal"))
    if args.duckdb:
        ours, theirs = cost["speur analyze, all outputs, CSV"], cost["DuckDB, load and four questions, CSV"]
        print(f"speur analyze takes {ours[1] / theirs[1]:.2f} times the wall time of DuckDB (wanted: below 1), {ours[0] / theirs[0]:.2f} times its processor time")
        wrong += answered(work / f"{list(commands).index('DuckDB, load and four questions, CSV')}.out", case)
    for line in wrong:
        print(line)
    return 1 if wrong else 0


main()
