"""Notes in PostgreSQL: GET / lists them, POST / adds the request's body as one."""

import os
from pathlib import Path

import psycopg2
from flask import Flask, jsonify, request

app = Flask(__name__)


def connect():
    return psycopg2.connect(
        host=os.environ["DB_HOST"],
        dbname=os.environ["DB_NAME"],
        user=os.environ["DB_USER"],
        password=Path("/run/secrets/db_password").read_text().strip(),
        connect_timeout=3,
    )


@app.get("/")
def notes():
    with connect() as db, db.cursor() as cursor:
        cursor.execute("SELECT text FROM notes ORDER BY id")
        return jsonify([text for (text,) in cursor.fetchall()])


@app.post("/")
def add():
    text = request.get_data(as_text=True).strip()
    if not text:
        return "a note needs a text\n", 400
    with connect() as db, db.cursor() as cursor:
        cursor.execute("INSERT INTO notes (text) VALUES (%s) RETURNING id", (text,))
        return jsonify(id=cursor.fetchone()[0]), 201


@app.get("/healthz")
def healthz():
    with connect() as db, db.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok\n"
