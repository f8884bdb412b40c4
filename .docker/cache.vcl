# Varnish before two servers. What may be kept, and for how long, is what the servers say; `-p default_grace=0 -p default_ttl=0`
# see to it that nothing is kept beyond that, and `-p http_gzip_support=off` that there is brotli as well.
vcl 4.1;

import directors;

# A name is looked up when this is loaded: restart the cache when a server has moved.
backend server_1 {
  .host = "server-1";
  .port = "3000";
  .connect_timeout = 1s;
  .first_byte_timeout = 30s;
}

backend server_2 {
  .host = "server-2";
  .port = "3000";
  .connect_timeout = 1s;
  .first_byte_timeout = 30s;
}

sub vcl_init {
  new servers = directors.round_robin();
  servers.add_backend(server_1);
  servers.add_backend(server_2);
}

sub vcl_recv {
  set req.backend_hint = servers.backend();

  # What is kept under a key of Surrogate-Key is forgotten at once: curl -X PURGE -H 'surrogate-key: KEY' http://cache:8081/
  # Only where nobody from outside comes to.
  if (local.socket == "purge") {
    if (req.method != "PURGE" || req.http.Surrogate-Key !~ "^[0-9a-z]+$") {
      return (synth(400, "PURGE with one Surrogate-Key"));
    }
    ban("obj.http.Surrogate-Key ~ \b" + req.http.Surrogate-Key + "\b");
    return (synth(200, "Purged"));
  }

  if (req.method == "PURGE") {
    return (synth(405, "Not here"));
  }

  # Events go on for as long as somebody listens. Whoever loses them comes again, and is sent to the other server.
  if (req.url ~ "^/v1/stream") {
    return (pipe);
  }
  # Cookies of the site mean nothing here, and would keep answers from being kept.
  unset req.http.Cookie;
  # There are two codings, and as many copies of an answer: not one for every way to ask.
  if (req.http.Accept-Encoding ~ "\bbr\b") {
    set req.http.Accept-Encoding = "br";
  } elsif (req.http.Accept-Encoding ~ "\bgzip\b") {
    set req.http.Accept-Encoding = "gzip";
  } else {
    unset req.http.Accept-Encoding;
  }
  # What is written, and what has a key, is passed on by the rules that Varnish has of itself.
}

sub vcl_pipe {
  set bereq.http.Connection = "close";
}

sub vcl_backend_fetch {
  # The second try is for the other server.
  if (bereq.retries > 0) {
    set bereq.backend = servers.backend();
  }
}

sub vcl_backend_response {
  if (beresp.status >= 502 && beresp.status <= 504 && bereq.retries == 0 && bereq.method == "GET") {
    return (retry);
  }
  # Pictures are for a day where they are purged. Nothing does that here by itself, so they are for an hour, as in browsers.
  if (bereq.url ~ "^/media/" && beresp.ttl > 1h) {
    set beresp.ttl = 1h;
  }
  # What has run out is asked for by its ETag, for a 304, and never shown meanwhile.
  set beresp.keep = 1h;
}

sub vcl_backend_error {
  # Whoever reads is answered by the other server; a write is never sent twice.
  if (bereq.retries == 0 && bereq.method == "GET") {
    return (retry);
  }
  set beresp.http.Content-Type = "application/problem+json";
  set beresp.http.Cache-Control = "no-store";
  set beresp.http.Retry-After = "2";
  set beresp.body = {"{ "type":"about:blank","title":"Service Unavailable","status":503,"detail":"No server answers. Try again later." }"};
  return (deliver);
}

sub vcl_deliver {
  if (obj.hits > 0) {
    set resp.http.X-Cache = "hit";
  } else {
    set resp.http.X-Cache = "miss";
  }
}
