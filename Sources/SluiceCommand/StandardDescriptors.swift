import Glibc

/// The descriptors of standard input, output and error, of which a shell (`<&-`, `>&-`) or a careless supervisor may leave
/// some closed.
///
/// The next file that the process opens takes the number of one that is closed: the reports for people would go into an
/// output, and another file would be read in the place of standard input.
enum StandardDescriptors {
  /// Fills up the numbers that are free with `/dev/null`, opened so that reading what should be read, or writing what should
  /// be written, fails as it does for a closed descriptor.
  ///
  /// To be called before anything is opened.
  static func occupy() {
    for (descriptor, mode) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY)]
    where fcntl(descriptor, F_GETFD) < 0 && errno == EBADF {
      let opened = open("/dev/null", mode)
      guard opened >= 0, opened != descriptor else { continue }
      dup2(opened, descriptor)
      close(opened)
    }
  }
}
