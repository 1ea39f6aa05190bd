--- The kernel's logo, an SVG drawing of 64 × 64: a torch before the moon.
return [[
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" width="64" height="64">
<circle cx="32" cy="32" r="31" fill="#1b2447"/>
<path d="M40 7a26 26 0 1 0 0 50a21 21 0 1 1 0-50z" fill="#e8e4d4"/>
<path d="M37 32h10l-3 24h-4z" fill="#8a5a2b"/>
<path d="M35 29h14v4h-14z" fill="#c08a3e"/>
<path d="M42 8c1 6 8 9 8 15a8 8 0 0 1-3 6h-10a8 8 0 0 1-3-6c0-4 3-5 4-8c1 2 2 3 2 5c2-3 3-7 2-12z" fill="#f2792b"/>
<path d="M42 18c0 3 4 4 4 8a4 4 0 0 1-1 3h-6a4 4 0 0 1-1-3c0-3 4-5 4-8z" fill="#ffd45e"/>
</svg>
]]
