import Common

/// Every endpoint of the gateway's HTTP ports.
///
/// A row says all about its endpoint: the methods and the path that it takes, what metrics call it, who may call it, what
/// the description of the interface says about it, and what answers. Adding an endpoint is adding a row, and a file for
/// its handler.
enum RouteTables {
  // MARK: - Where requests are judged

  static let serving: [Route<ServingHandler>] = [
    Route(
      .get, "/v2/health/live", "health", by: .anyone,
      .health("Whether the server is alive.", .json(OpenAPISchemas.health("live"))), .tells { $0.live() }),
    Route(
      .get, "/v2/health/ready", "health", by: .anyone,
      .health("Whether requests can be expected to be answered.", .json(OpenAPISchemas.health("ready"))),
      .tells { await $0.ready() }),
    Route(
      .get, "/v2/models/{model}/ready", "health", by: .anyone,
      .health("The same, of the model.", .json(OpenAPISchemas.health("ready"))),
      .tells { try await $0.modelReady() }),
    Route(
      .get, "/v2/models/{model}/versions/{version}/ready", "health", by: .anyone,
      .health("The same, of a version of it.", .json(OpenAPISchemas.health("ready"))),
      .tells { try await $0.modelReady() }),
    Route(
      .get, "/v2", "metadata", by: .token,
      .telling("Name, version and extensions of the server.", .json(OpenAPISchemas.server)),
      .tells { $0.serverMetadata() }),
    Route(
      .get, "/v2/models/{model}", "metadata", by: .token,
      .telling("Inputs and outputs of the model.", .json(OpenAPISchemas.model), [.badUpstream, .lateAnswer]),
      .tells { try await $0.modelMetadata() }),
    Route(
      .get, "/v2/models/{model}/versions/{version}", "metadata", by: .token,
      .telling("The same, of a version of it.", .json(OpenAPISchemas.model), [.badUpstream, .lateAnswer]),
      .tells { try await $0.modelMetadata() }),
    Route(
      .post, "/v2/models/{model}/infer", "infer", by: .token,
      .judging(
        "Open Inference Protocol v2: images as BYTES or UINT8 pixels in, the model's outputs out.",
        [.json(OpenAPISchemas.inferenceRequest), .bytes("application/octet-stream")],
        [.json(OpenAPISchemas.inferenceResponse), .bytes("application/octet-stream")]),
      .judges(InferHandler())),
    Route(
      .post, "/v2/models/{model}/versions/{version}/infer", "infer", by: .token,
      .judging(
        "The same, of a version of the model.",
        [.json(OpenAPISchemas.inferenceRequest), .bytes("application/octet-stream")],
        [.json(OpenAPISchemas.inferenceResponse), .bytes("application/octet-stream")]),
      .judges(InferHandler())),
    Route(
      .post, "/v1/models/{model}:predict", "predict", by: .token,
      .judging(
        "TensorFlow Serving: instances of base64 images in, predictions out.", [.json(OpenAPISchemas.instances)],
        [.json(OpenAPISchemas.predictions)]),
      .judges(PredictHandler())),
    Route(
      .post, "/v1/filter", "filter", by: .token,
      .judging(
        "An image in; its verdict, its tensor or the forwarded picture out.", OpenAPIContent.images,
        [.json(OpenAPISchemas.verdict), .bytes("application/x-npy"), .bytes("image/png")]),
      .judges(FilterHandler())),
    Route(
      .any, "/v1/check", "check", by: .token,
      .judging(
        "Envoy's external authorisation: 200 for a request whose images are clean. Any method is taken.",
        OpenAPIContent.images + OpenAPIContent.otherForms, [.json(OpenAPISchemas.allowed)]),
      .judges(CheckHandler())),
    Route(
      .any, "/v1/check/**", "check", by: .token,
      .judging(
        "The same, of a request to that path.", OpenAPIContent.images + OpenAPIContent.otherForms,
        [.json(OpenAPISchemas.allowed)]),
      .judges(CheckHandler())),
    Route(
      .get, "/openapi.json", "metadata", by: .token,
      .telling("This description.", .json(OpenAPISchemas.object)), .tells { $0.description() }),
  ]

  // MARK: - Where the gateway is watched

  static let operations: [Route<OperationsHandler>] = [
    Route(
      .get, "/livez", "health", by: .anyone, .telling("200 while the process serves.", .text),
      { $0.live() }),
    Route(
      .get, "/healthz", "health", by: .anyone, .telling("The same.", .text), { $0.live() }),
    Route(
      .get, "/readyz", "health", by: .anyone,
      .health("200 while requests can be expected to be answered, 503 while not.", .text), { await $0.ready() }),
    Route(
      .get, "/metrics", "metrics", by: .token,
      .telling("What the gateway counts and times, in Prometheus' text format.", .metrics, refusal: .text),
      { $0.metrics() }),
    Route(
      .get, "/openapi.json", "metadata", by: .token,
      .telling("This description.", .json(OpenAPISchemas.object), refusal: .text), { $0.description() }),
  ]

  // MARK: - Where people look at what was flagged, on the port of the operations

  static let pages: [Route<PageHandler>] = [
    Route(
      .get, "/audit/assets/style.css", "asset", by: .anyone,
      .page("How the pages look.", .bytes("text/css; charset=utf-8")),
      .open { _, _ in PageResponse.asset(PageTemplates.style, "text/css; charset=utf-8") }),
    Route(
      .get, "/audit/assets/script.js", "asset", by: .anyone,
      .page("What keeps them up to date.", .bytes("text/javascript; charset=utf-8")),
      .open { _, _ in PageResponse.asset(PageTemplates.script, "text/javascript; charset=utf-8") }),
    Route(
      .get, "/audit/assets/icon.svg", "asset", by: .anyone, .page("Their icon.", .bytes("image/svg+xml")),
      .open { _, _ in PageResponse.asset(PageTemplates.icon, "image/svg+xml") }),
    Route(
      .get, "/audit/login", "login", by: .anyone, .page("Where a reviewer logs in."),
      .open { pages, page in pages.loginPage(page, isWrong: false) }),
    Route(
      .post, "/audit/login", "login", by: .anyone, .logIn("Begins a session with the token of a reviewer."),
      .open { pages, page in try await pages.logIn(page) }),
    Route(
      .post, "/audit/logout", "logout", by: .reviewer, .form("Ends the session."),
      .acts { pages, call, _ in pages.logOut(call.visitor) }),
    Route(
      .get, "/audit", "overview", by: .reviewer, .page("How many images were flagged, and which last."),
      .shows { pages, call in try await pages.overview(call.page, call.visitor) }),
    Route(
      .get, "/audit/live", "overview", by: .reviewer, .page("What of the overview changes."),
      .shows { pages, call in try await pages.live(call.page, call.visitor) }),
    Route(
      .get, "/audit/records", "records", by: .reviewer, .page("A list of records."),
      .shows { pages, call in try await pages.records(call.page, call.visitor) }),
    Route(
      .get, "/audit/records.ndjson", "records", by: .reviewer,
      .page("The same list, all of it, for programs.", .bytes("application/x-ndjson")),
      .shows { pages, call in try pages.export(RecordFilter(call.page.query), call.visitor) }),
    Route(
      .get, "/audit/records/{writer}/{number}", "record", by: .reviewer, .page("One record."),
      .shows { pages, call in try await pages.record(try call.reference, call.page, call.visitor) }),
    Route(
      .get, "/audit/records/{writer}/{number}/pictures/{picture}", "picture", by: .reviewer,
      .page("A picture of it, made anew.", .bytes("image/png")),
      .shows { pages, call in
        try await pages.picture(try call.parameter("picture"), of: try call.reference, call.visitor)
      }),
    Route(
      .get, "/audit/records/{writer}/{number}/file", "file", by: .reviewer,
      .page("The sender's file, for saving.", .bytes("application/octet-stream")),
      .shows { pages, call in try await pages.file(try call.reference, call.visitor) }),
    Route(
      .get, "/audit/searches", "searches", by: .reviewer, .page("A list of searches for adversarial images."),
      .shows { pages, call in try await pages.searches(call.page, call.visitor) }),
    Route(
      .get, "/audit/searches/{search}", "search", by: .reviewer, .page("One search, with its questions."),
      .shows { pages, call in try await pages.search(try call.parameter("search"), call.visitor) }),
    Route(
      .post, "/audit/records/{writer}/{number}/review", "review", by: .reviewer,
      .form("Records whether it was an attack, and goes on to the next record that nobody has reviewed."),
      .acts { pages, call, form in
        try await pages.review(try call.reference, form, call.visitor, RecordFilter(call.page.query))
      }),
    Route(
      .post, "/audit/records/{writer}/{number}/hold", "hold", by: .reviewer,
      .form("Keeps the file of it for as long as it is held, or no longer."),
      .acts { pages, call, form in
        try await pages.hold(try call.reference, form, call.visitor, RecordFilter(call.page.query))
      }),
  ]
}
