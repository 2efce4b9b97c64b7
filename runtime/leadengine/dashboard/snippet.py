"""The two forms of the snippet a client pastes into a page."""

_LOADER = """<!-- LeadEngine: paste in <head> -->
<script>
  (function(w,d,s,o,f,js,fjs){
    w['LeadEngine']=o;w[o]=w[o]||function(){
    (w[o].q=w[o].q||[]).push(arguments)};
    js=d.createElement(s);fjs=d.getElementsByTagName(s)[0];
    js.id=o;js.src=f;js.async=1;fjs.parentNode.insertBefore(js,fjs);
  }(window,document,'script','le','%(origin)s/pixel.js'));
  le('init', '%(client_id)s');
</script>"""


def bare_tag(origin: str) -> str:
    """One tag; the script knows its client by the address it comes from."""
    return f'<script async src="{origin}/pixel.js"></script>'


def loader(origin: str, client_id: str) -> str:
    """The loader, which names the client and keeps calls made before the script is there."""
    return _LOADER % {"origin": origin, "client_id": client_id}
