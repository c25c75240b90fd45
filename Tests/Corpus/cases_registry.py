# Registries; read by make_corpus.py. What is refused and why is in registries.json.

registries = collections.OrderedDict()


def registry(name, data, refused=None, *words):
    (here / "registry").mkdir(exist_ok=True)
    data = data if isinstance(data, bytes) else data.encode()
    (here / "registry" / name).write_bytes(data)
    registries[name] = {"refused": refused, "words": list(words)}


NETWORK = '"networks":{"n":{"family":"vit","config":{"patch_size":8}}}'


def model(fields, name="m"):
    return '{"schema":1,%s,"models":{"%s":{"network":"n",%s}}}' % (NETWORK, name, fields)


FILE = '"files":{"pt":{"url":"https://models.example/m.pt"%s}}'
registry("smallest.json", '{"schema":1}')
registry("model.json", model(FILE % ""))
registry("escapes.json", model(FILE % ',"sha256":null,"mirrors":[]' + ',"description":"\\u00fc\\ud83d\\udc1d\\n\\\\"'))
registry("sizes.json", model(FILE % ',"size":9223372036854775807,"size_mib":1e308'))
registry("empty.json", "", "integrity", "not valid JSON")
registry("array.json", "[]", "integrity", "expected")
registry("text.json", "<html>", "integrity", "not valid JSON")
registry("cut.json", model(FILE % "")[:-2], "integrity", "not valid JSON")
registry("not-utf8.json", model(FILE % "").encode().replace(b"models.example", b"models.\xff"), "integrity", "UTF-8")
registry("deep.json", '{"schema":1,"x":' + "[" * 50_000, "integrity", "nested too deeply")
registry("key-twice.json", '{"schema":1,"models":{},"models":{}}', "integrity", "stands twice")
registry("key-twice-by-escape.json", '{"schema":1,"models":{},"\\u006dodels":{}}', "integrity", "stands twice")
registry("lone-surrogate.json", '{"schema":1,"x":"\\ud800"}', "integrity", "lone surrogate")
registry("number-out-of-range.json", '{"schema":1,"x":1e999}', "integrity", "out of range")
registry("schema-2.json", '{"schema":2}', "unsupported", "schema")
registry("schema-huge.json", '{"schema":99999999999999999999}', "integrity", "schema")
registry("schema-fraction.json", '{"schema":1.0}', "integrity", "schema")
registry("models-array.json", '{"schema":1,"models":[]}', "integrity", "models")
registry("name-parent.json", model(FILE % "", "../x"), "integrity", "file name")
registry("name-dots.json", model(FILE % "", ".."), "integrity", "file name")
registry("name-control.json", model(FILE % "", "a\\u001bb"), "integrity", "file name")
registry("name-long.json", model(FILE % "", "n" * 201), "integrity", "file name")
registry("sha256-short.json", model(FILE % ',"sha256":"abc"'), "integrity", "sha256")
registry("sha256-not-hex.json", model(FILE % ',"sha256":"%s"' % ("g" * 64)), "integrity", "sha256")
registry("size-negative.json", model(FILE % ',"size":-1'), "integrity", "size")
registry("size-text.json", model(FILE % ',"size":"1"'), "integrity", "size")
registry("url-number.json", model('"files":{"pt":{"url":5}}'), "integrity", "url")
registry("url-empty.json", model('"files":{"pt":{"url":""}}'), "integrity", "url")
registry("url-script.json", model('"files":{"pt":{"url":"javascript:alert(1)"}}'), "integrity", "url")
registry("config-array.json", '{"schema":1,"networks":{"n":{"family":"vit","config":[]}}}', "integrity", "config")
registry("family-missing.json", '{"schema":1,"networks":{"n":{"config":{}}}}', "integrity", "family")
registry("signature-text.json", model(FILE % "" + ',"signature":"x"'), "integrity", "signature")
registry("stats-zero.json", model(FILE % "" + ',"rgb_stats":{"mean":[0,0,0],"std":[0,0,0]}'), "integrity", "rgb_stats")
(here / "registries.json").write_text(json.dumps(registries, indent=1) + "\n")
