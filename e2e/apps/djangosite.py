"""A small Django site in one file."""
import hashlib
import json
import os

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import FileResponse, HttpResponseRedirect, JsonResponse, StreamingHttpResponse
from django.urls import path

import gate

settings.configure(
    ALLOWED_HOSTS=["*"],
    SECRET_KEY="only for tests",
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=["django.contrib.sessions"],
    MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware"],
    SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
    DEBUG_PROPAGATE_EXCEPTIONS=True,
    FILE_UPLOAD_MAX_MEMORY_SIZE=1 << 20,
)
django.setup()


def as_json(request):
    sent = json.loads(request.body) if request.body else None
    return JsonResponse({"method": request.method, "sent": sent})


def form(request):
    return JsonResponse(request.POST.dict())


def upload(request):
    file = request.FILES["file"]
    digest = hashlib.sha256()
    for piece in file.chunks():
        digest.update(piece)
    return JsonResponse({"name": file.name, "sha256": digest.hexdigest()})


def stream(request):
    def pieces():
        for name in ("one", "two", "three"):
            yield name + "\n"
            gate.wait(name)
    return StreamingHttpResponse(pieces(), content_type="text/plain")


def whole_file(request):
    return FileResponse(open(os.environ["SITE_FILE"], "rb"))


def count(request):
    request.session["count"] = request.session.get("count", 0) + 1
    return JsonResponse({"count": request.session["count"]})


def old(request):
    return HttpResponseRedirect(request.build_absolute_uri("/json"))


def fail(request):
    raise RuntimeError("raised by the site")


urlpatterns = [
    path("json", as_json), path("form", form), path("upload", upload), path("stream", stream), path("file", whole_file),
    path("count", count), path("old", old), path("raise", fail),
]

application = get_wsgi_application()
