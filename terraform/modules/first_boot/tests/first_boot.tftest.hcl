variables {
  name            = "acme"
  ssh_public_keys = ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKey ann@example.com"]
}

run "keys_only" {
  command = plan

  assert {
    condition     = startswith(output.user_data, "#cloud-config\n")
    error_message = "cloud-init takes only what begins so"
  }

  assert {
    condition     = yamldecode(output.user_data).ssh_pwauth == false
    error_message = "passwords are allowed"
  }

  assert {
    condition     = tolist(yamldecode(output.user_data).ssh_authorized_keys) == var.ssh_public_keys
    error_message = "the operator's key is not there"
  }

  assert {
    condition     = output.host_key_option == ""
    error_message = "a fingerprint without a host key"
  }
}

run "the_host_key_is_known_before_anybody_signs_in" {
  command = plan

  variables {
    host_key = { private = "PRIVATE\nKEY: #{x}", public = "ssh-ed25519 AAAA", fingerprint = "SHA256:abc" }
  }

  assert {
    condition     = yamldecode(output.user_data).ssh_keys.ed25519_private == "PRIVATE\nKEY: #{x}"
    error_message = "the key did not arrive as it was"
  }

  assert {
    condition     = output.host_key_option == " --host-key SHA256:abc"
    error_message = "lectl is not told the fingerprint"
  }
}

run "what_would_be_another_line_of_the_configuration_is_refused" {
  command = plan

  variables {
    ssh_public_keys = ["ssh-ed25519 AAAA ann\nruncmd: [evil]"]
  }

  expect_failures = [var.ssh_public_keys]
}

run "nobody_could_sign_in" {
  command = plan

  variables {
    ssh_public_keys = []
  }

  expect_failures = [var.ssh_public_keys]
}

run "a_name_is_a_word" {
  command = plan

  variables {
    name = "Acme; rm"
  }

  expect_failures = [var.name]
}
