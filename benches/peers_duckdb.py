"""What an investigator would ask of a Purview CSV in DuckDB: loads it, answers four questions, prints as JSON how many
lines each answer has and how many records are behind them."""

import json
import sys

import duckdb

FILE, THREADS = sys.argv[1], int(sys.argv[2])

QUESTIONS = {
    "who did what from where": """
        SELECT UserId, AuditData->>'ClientIP' AS address, Operation, count(*) AS events,
               min(CreationDate) AS first, max(CreationDate) AS last
        FROM log GROUP BY ALL""",
    "inbox rules": """
        SELECT CreationDate, UserId, Operation, AuditData->>'ObjectId' AS rule, AuditData->'Parameters' AS parameters,
               1 AS events
        FROM log WHERE Operation IN ('New-InboxRule', 'Set-InboxRule', 'UpdateInboxRules')""",
    "sign-ins": """
        SELECT UserId, AuditData->>'ActorIpAddress' AS address, Operation, AuditData->>'ErrorNumber' AS code, count(*) AS events
        FROM log WHERE Operation IN ('UserLoggedIn', 'UserLoginFailed') GROUP BY ALL""",
    "mail read": """
        SELECT AuditData->>'MailboxOwnerUPN' AS mailbox, AuditData->>'SessionId' AS session,
               AuditData->>'ClientIPAddress' AS address, sum(CAST(AuditData->>'OperationCount' AS BIGINT)) AS messages,
               count(*) AS events
        FROM log WHERE Operation = 'MailItemsAccessed' GROUP BY ALL""",
}

base = duckdb.connect()
base.execute(f"SET threads TO {THREADS}")
base.execute(
    "CREATE TABLE log AS SELECT * REPLACE (CAST(AuditData AS JSON) AS AuditData)"
    " FROM read_csv(?, header = true, all_varchar = true, quote = '\"', escape = '\"',"
    " max_line_size = 16777216, ignore_errors = true)",
    [FILE],
)
answers = {}
for name, question in QUESTIONS.items():
    answer = base.execute(question)
    events = [column[0] for column in answer.description].index("events")
    lines = answer.fetchall()
    answers[name] = {"lines": len(lines), "records": sum(line[events] for line in lines)}
print(json.dumps(answers))
