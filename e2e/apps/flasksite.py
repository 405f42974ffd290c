"""A small Flask site."""
import hashlib
import os

from flask import Flask, Response, jsonify, redirect, request, send_file, session, url_for

import gate

application = Flask(__name__)
application.secret_key = "only for tests"


@application.route("/json", methods=["GET", "POST"])
def as_json():
    return jsonify(method=request.method, sent=request.get_json(silent=True))


@application.route("/form", methods=["POST"])
def form():
    return jsonify(request.form.to_dict())


@application.route("/upload", methods=["POST"])
def upload():
    file = request.files["file"]
    digest = hashlib.sha256()
    for piece in iter(lambda: file.stream.read(1 << 20), b""):
        digest.update(piece)
    return jsonify(name=file.filename, sha256=digest.hexdigest())


@application.route("/stream")
def stream():
    def pieces():
        for name in ("one", "two", "three"):
            yield name + "\n"
            gate.wait(name)
    return Response(pieces(), mimetype="text/plain")


@application.route("/file")
def whole_file():
    return send_file(os.environ["SITE_FILE"], conditional=True)


@application.route("/count")
def count():
    session["count"] = session.get("count", 0) + 1
    return jsonify(count=session["count"])


@application.route("/old")
def old():
    return redirect(url_for("as_json", _external=True))


@application.route("/secure")
def secure():
    return jsonify(secure=request.is_secure, scheme=request.scheme, url=url_for("secure", _external=True))


@application.route("/raise")
def fail():
    raise RuntimeError("raised by the site")
