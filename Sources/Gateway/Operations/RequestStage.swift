/// What the time of requests and images is spent on, as metrics call it.
enum RequestStage: String {
  case body, queue, decode, preprocess, detect, upstream
}
