import ArgumentParser
import Common
import Files
import FilterPipeline
import Gateway
import Glibc
import Sluice

@main
enum Main {
  static func main() async {
    StandardDescriptors.occupy()
    Signals.ignoreFailedWrites()
    do {
      try Processor.checkIsCapable()
      var command = try SluiceCommand.parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch let error as SluiceError {
      end(error)
    } catch let status as ExitCode {
      exit(status.rawValue)
    } catch {
      end(error)
    }
  }

  private static func end(_ error: SluiceError) -> Never {
    // A reader that has seen enough is no failure; the shell is told the way it expects.
    if error.code == .closedPipe { Signals.dieOf(SIGPIPE) }
    Terminal.say("sluice: \(SetUpModel.printableLines(error.description))")
    if error.code == .notEnded { leave(ExitStatus.failed) }
    exit(ExitStatus.failed)
  }

  /// Ends without tidying up: what other threads are still at work with is not to be taken from under them.
  private static func leave(_ status: Int32) -> Never {
    fflush(nil)
    _exit(status)
  }

  /// Help, version, completions and usage errors; the parser's status for the last is not ours.
  private static func end(_ error: any Error) -> Never {
    let status = SluiceCommand.exitCode(for: error)
    let message = SluiceCommand.fullMessage(for: error)
    if status.isSuccess {
      // A command that needs a subcommand shows its help without being asked for it.
      if !(error is CleanExit) { checkHelpIsMeant() }
      if !message.isEmpty { tell(message) }
      exit(ExitStatus.allClean)
    }
    if !message.isEmpty { Terminal.say(SetUpModel.printableLines(message)) }
    let isUsage = status == .validationFailure || status == .failure
    exit(isUsage ? ExitStatus.failed : status.rawValue)
  }

  private static func checkHelpIsMeant() {
    do throws(SluiceError) { try HelpRequest.checkIsMeant(in: ArgumentBytes.texts) } catch { end(error) }
  }

  /// Says what was asked for on standard output; ends the process where that takes none of it.
  private static func tell(_ message: String) {
    do throws(SluiceError) {
      try OutputFile.standardOutput().write(Array((message + "\n").utf8))
    } catch {
      end(error)
    }
  }
}
