"""A page that counts how often it was seen, in Redis."""

import os

from flask import Flask
from redis import Redis

app = Flask(__name__)
redis = Redis(host=os.environ.get("REDIS_HOST", "redis"), decode_responses=True)


@app.get("/")
def index():
    return f"Hello! This page was seen {redis.incr('hits')} times.\n"


@app.get("/healthz")
def healthz():
    redis.ping()
    return "ok\n"
