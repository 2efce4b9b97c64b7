"""From a file or a web page to sections of plain text, each under the path of its headings."""
